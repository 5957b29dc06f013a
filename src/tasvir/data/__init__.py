"""Where images come from: named sets, folders and files become one frozen `Dataset`."""
