"""What runs beside the web server: the relay that publishes, and the consumer that feeds the dashboard."""
