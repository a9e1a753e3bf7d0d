"""Many messages at once: what is done for one is done for all that are plain, in as many statements as for one."""
