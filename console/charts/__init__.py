"""Where the lines, dots and bars of charts stand; templates/charts.html draws them as SVG."""
