"""What an installation needs of Prefect beside prefect.yaml; nothing imports it."""
