"""What the pages and the API are served from, as the configuration says it."""

from __future__ import annotations

from pathlib import Path

from segml.features import CATALOGUE, FIRST_CONTACT
from segml.flows.settings import Settings, read_settings
from segml.words.site import Site


def site_of(config: str | Path | Settings) -> Site:
    """The site of a portfolio.

    Parameters
    ----------
    config
        A configuration's path, or the settings.

    Raises
    ------
    ConfigurationRefused
        If the file breaks its schema.
    """
    settings = read_settings(config)
    return Site(
        portfolio=settings.plan.portfolio,
        output=settings.output,
        models=settings.models,
        access=settings.access,
        language=settings.language,
        features={feature.name: feature for feature in (*FIRST_CONTACT, *CATALOGUE)},
    )
