"""The page of `report` on a server: who may ask (guard), what is asked (requests), and who answers (censuses)."""
