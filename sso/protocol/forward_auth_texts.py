"""What people read on a protected site when the way in has failed."""

from kernel.messages import Message

NOT_A_SITE = Message(
    "Trang này chưa được đăng ký với hệ thống đăng nhập. Hãy báo quản trị trang.",
    "This site is not registered for sign-in. Please tell its administrator.",
)
NOT_LET_IN = Message("Bạn chưa được vào trang này.", "You were not let in.")
TRY_AGAIN = Message(
    "Chưa đăng nhập xong. Hãy mở lại trang từ đầu; trình duyệt phải cho phép cookie.",
    "The sign-in could not be completed. Open the site again; the browser has to allow cookies.",
)
