"""Entente: an event-driven data warehouse of the relations between states."""
