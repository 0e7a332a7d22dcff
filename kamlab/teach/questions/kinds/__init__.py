"""The kinds of questions: what each runs, how its answer is read from what happened, what is offered."""
