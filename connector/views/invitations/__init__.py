"""What an invited person sees: public pages outside the admin, for whoever holds a single-use link."""
