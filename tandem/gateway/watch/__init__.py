"""The watcher beside the gateway: notices what changes in the company and posts it to the ingress as signed webhooks.

A fast pass follows the audit stamps, a full pass compares all content; both compare with what was last acknowledged.
"""
