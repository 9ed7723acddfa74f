from hypothesis import settings

# Two cores may be busy: how long an example takes says nothing about the code.
settings.register_profile("dicomkit", deadline=None)
settings.load_profile("dicomkit")
