"""The original's design, first service: takes a submission and passes it on to the service that stores it."""
import os

import requests
from flask import Flask, Response, request

app = Flask(__name__)
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))
FORMS = os.environ["FORMS_URL"]


@app.post("/forms/<form>/responses")
def submit(form):
    answer = session.post(
        f"{FORMS}/forms/{form}/responses",
        data=request.get_data(),
        headers={"content-type": "application/json", "authorization": request.headers.get("authorization", "")},
    )
    return Response(answer.content, answer.status_code, content_type="application/json")
