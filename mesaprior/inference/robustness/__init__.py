"""The same question under another prior, language, bound or space; and what the shortest programs of each kind cost."""
