"""The types of questions: how far each steps the lab, how it reads the answer, and which choices it offers."""
