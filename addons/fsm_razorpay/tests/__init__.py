from . import test_razorpay
