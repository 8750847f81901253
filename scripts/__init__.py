"""What people who work on Kubik run: set-up of tests, checks, the build of the web assets."""
