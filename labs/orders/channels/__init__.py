"""How the shop speaks to the world outside: e-mail, SMS, webhooks, payment, shipping. Each is one more queue."""
