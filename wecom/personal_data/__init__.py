"""Personal data in WeChat Work's rows, for the registry in `core.personal_data`."""
