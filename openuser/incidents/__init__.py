"""Incidents: conditions that need a person, one alert when one begins and one when it is over."""
