"""A small Inngest for one machine: the server side of the SDK's protocol, durable in the bot's database."""
