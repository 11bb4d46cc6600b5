"""Say what is wrong with a link before anything is sent, and help whoever sets it up."""
