"""All that stands on Rasa: the components and the policy it trains, the engine that runs its agent, and its doors."""
