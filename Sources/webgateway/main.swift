print("webgateway")
