"""The ground floor: names, units, refusals and frozen values. No pandas, no arithmetic."""
