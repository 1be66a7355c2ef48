"""What an owner takes away: CSV, PDF and Excel, written from one document."""
