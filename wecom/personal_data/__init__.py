"""What WeChat Work's rows hold about people, for the registry in `core.personal_data`."""
