"""
The original's design, second service: checks a submission, stores a row for the response and one for each answer over a pool of
connections, and calls the Sheets and the SMS service before it answers.
"""
import hashlib
import os
import re
import uuid
from datetime import date, datetime, timezone

import requests
from flask import Flask, jsonify, request
from psycopg2.pool import ThreadedConnectionPool

app = Flask(__name__)
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))
pool = ThreadedConnectionPool(4, 16, host="127.0.0.1", port=os.environ["PGPORT"], user=os.environ["PGUSER"], dbname="postgres")
KEY = hashlib.sha256(("Bearer " + os.environ["BENCH_KEY"]).encode()).hexdigest()
STUBS = os.environ["STUBS_URL"]
CITIES = {"leh", "pune", "delhi", "agra", "surat", "patna", "kochi", "salem"}
CROPS = {"rice", "wheat", "maize", "millet"}


def check(answers):
    assert isinstance(answers["name"], str) and len(answers["name"]) <= 1000
    assert isinstance(answers["age"], int) and 0 <= answers["age"] <= 130
    assert re.fullmatch(r"\+[0-9]{8,15}", answers["phone"])
    assert answers["city"] in CITIES
    assert set(answers["crops"]) <= CROPS
    date.fromisoformat(answers["visited"])
    assert answers["rating"] in range(1, 6)
    assert isinstance(answers["comment"], str) and len(answers["comment"]) <= 10000


@app.post("/forms/<form>/responses")
def submit(form):
    if hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest() != KEY:
        return jsonify(error="unauthorized"), 401
    answers = request.get_json()["answers"]
    try:
        check(answers)
    except (AssertionError, KeyError, ValueError):
        return jsonify(error="invalid"), 422
    response, now = str(uuid.uuid4()), datetime.now(timezone.utc)
    connection = pool.getconn()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO seed_responses (id, form, received_at) VALUES (%s, %s, %s)", (response, form, now))
            for question, answer in answers.items():
                cursor.execute(
                    "INSERT INTO seed_answers (response, question, answer) VALUES (%s, %s, %s)",
                    (response, question, str(answer)),
                )
    finally:
        pool.putconn(connection)
    session.post(f"{STUBS}/sheets", json={"id": response, "values": [str(answer) for answer in answers.values()]}).raise_for_status()
    session.post(f"{STUBS}/sms", json={"to": answers["phone"], "body": f"Thanks {answers['name']}"}).raise_for_status()
    return jsonify(id=response, receivedAt=now.isoformat()), 201
