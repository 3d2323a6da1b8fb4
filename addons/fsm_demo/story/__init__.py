from . import codes, jobs, people, places, shelf
