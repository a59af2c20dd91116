"""New plugins, made from ones that work: `chatops plugins new NAME`. The templates are real code and are tested as such."""
