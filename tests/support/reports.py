"""Delivery status notifications as servers write them."""

BOUNDARY = "E1.1/mail.example.org"
GROUP = """\
Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: user unknown
    in virtual mailbox table
"""


def group(status: str = "5.1.1", action: str = "failed", recipient: str = "nga@example.org") -> str:
    return GROUP.format(status=status, action=action, recipient=recipient)


def report(
    *groups: str, kind: str = "message/delivery-status", report_type: str = "delivery-status"
) -> bytes:
    """One group for each recipient, between the words for people and the mail itself."""
    text = f"""\
From: MAILER-DAEMON@example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report_type};
	boundary="{BOUNDARY}"

This is a MIME-encapsulated message.

--{BOUNDARY}
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

Action: failed
Status: 5.0.0

--{BOUNDARY}
Content-Description: Delivery report
Content-Type: {kind}

Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: 4S0000000
Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0700 (+07)

{chr(10).join(groups)}
--{BOUNDARY}
Content-Description: Undelivered Message
Content-Type: message/rfc822

Subject: the mail itself

Status: 2.0.0

--{BOUNDARY}--
"""
    return text.replace("\n", "\r\n").encode()
