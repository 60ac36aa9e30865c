"""What starts, configures and shows Prometheus and Alertmanager beside a box.

It needs Python 3.11 and nothing else: it runs on a box that has no packages of ours.
"""
