"""What customers write of products: reviews as schema.org describes them."""
