"""What users see of 44 systems, at every step, compared with what they saw before."""
