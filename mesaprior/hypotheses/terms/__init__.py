"""The space of terms: small programs in prefix notation over tokens of fixed arity."""
