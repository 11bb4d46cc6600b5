"""Long work of people: started in the admin, done by a worker in slices, watched on a page.

`start.py` makes an errand and hands it to the workers, `work.py` carries it forward; each kind of work has a module.
A slice is short, so that with one worker live check-ins never wait behind an import.
"""
