# expect: Begin it with `async def`
def work_off(url, handle):
    return None if url else handle
