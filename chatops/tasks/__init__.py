"""Tasks: something somebody is to do by some time, said yes to, and seen through."""
