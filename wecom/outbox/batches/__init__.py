"""Many messages at once: each step of delivery is done for all that are plain, in as many statements as for one."""
