"""Sources that are counted from records, one module an extract: its declaration, and beside it its text in SQL."""

from assets.records import drug_death_reviews, hospital_episodes, registered_deaths, street_crimes, treatment_journeys

__all__ = ["drug_death_reviews", "hospital_episodes", "registered_deaths", "street_crimes", "treatment_journeys"]
