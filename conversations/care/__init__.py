"""The care route: who writes about a sensitive subject reads warm words and a hotline, and a named group is told."""
