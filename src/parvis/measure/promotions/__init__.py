"""What coupons and promotions changed: held against those who are alike."""
