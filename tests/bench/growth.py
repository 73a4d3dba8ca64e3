"""Does a series of measurements grow? By the slope of Theil and Sen: the median of the slopes between any two points.

A few points that lie far off do not move it, and neither does one step: what is allocated once and then kept. What is
judged is the lower end of the interval in which the slope lies with 95 % confidence (P. K. Sen, 1968), so that noise is
no growth, however short the time was.
"""
import itertools
import math
import statistics

HOUR = 3600
CONFIDENCE = 1.96  # standard deviations: 95 % of a normal distribution
FEWEST = 8  # points of which something can be said


class Growth:
    """In an hour, of values at times in seconds."""

    def __init__(self, times, values):
        points = list(zip(times, values))
        slopes = sorted((b[1] - a[1]) / (b[0] - a[0]) * HOUR for a, b in itertools.combinations(points, 2))
        count = len(points)
        deviation = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
        self.likely = statistics.median(slopes)
        self.least = slopes[max(0, math.floor((len(slopes) - CONFIDENCE * deviation) / 2))]
