"""Sources that are counted from records, one module an extract: its declaration, and beside it its text in SQL."""

from assets.records import death_registrations, drug_death_reviews, hospital_episodes, street_crimes, treatment_journeys

__all__ = ["death_registrations", "drug_death_reviews", "hospital_episodes", "street_crimes", "treatment_journeys"]
