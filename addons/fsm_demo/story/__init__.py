from . import jobs, people, places, shelf
