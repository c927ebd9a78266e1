"""Pure: diagrams, expressions and running cases. XML in, plain values out."""
