"""What is recommended of a prospect, as codes."""

from __future__ import annotations

RECOMMENDATIONS = ("contact_now", "contact", "low_touch", "decline")
"""Every recommendation code, best first.

===========  ====================================================================================
contact_now  expected profit in the top quarter of what was expected of past newcomers, and more
             likely than not above zero
decline      expected profit not above zero, and more likely than not below
low_touch    expected profit not above zero, or below the middle of past newcomers with a cost to
             serve above that profit
contact      any other
===========  ====================================================================================
"""
