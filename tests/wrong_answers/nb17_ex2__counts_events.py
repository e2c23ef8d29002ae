# expect: the admin's own doings are among them
def count_unread(notifications, read):
    return sum(notice["id"] > read for notice in notifications)
