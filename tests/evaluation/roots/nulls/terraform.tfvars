nullable  = null
with_null = null
