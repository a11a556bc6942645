"""What devices send: an MQTT broker's archive of SenML messages."""
