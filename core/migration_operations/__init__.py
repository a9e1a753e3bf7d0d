"""Operations of migrations that Django lacks, for installations that work meanwhile."""
