"""Tests of whole behaviours, grouped by kind."""
